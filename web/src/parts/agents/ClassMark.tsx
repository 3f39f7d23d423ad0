import { classColor, classOf } from './classes'
import './agents.css'

/** The class of a reader: its letter in its colour, and its name unless there is no room. */
export function ClassMark({ name, brief = false }: { name: string; brief?: boolean }) {
  const known = classOf(name)
  if (name === '') return <em class="nothing" title="Stored before there were classes">(not classified)</em>
  return (
    <span class="class-mark" title={known === undefined ? name : `${name}: ${known.about}`}>
      <i style={{ '--mark-color': `var(${classColor(name)})` }} aria-hidden="true">{known?.letter ?? '?'}</i>
      <span class={brief ? 'hidden-text' : ''}>{name}</span>
    </span>
  )
}
