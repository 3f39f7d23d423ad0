import { exact } from '../../format/numbers'
import { Icon } from '../../parts/Icon'
import { Visible } from '../../parts/Visible'
import { type Brief, briefOf } from './brief'

interface MessageCellProps {
  readonly text: string
  /** The whole of it, as high as it is. */
  readonly tall: boolean
  /** Shows the whole of this one, or its first line again; null where all are whole. */
  readonly onFold: (() => void) | null
}

// More than a line shows, and more than anybody reads in a list: the drawer has the rest.
const lineMost = 400
const tallMost = 6000

/** A message in the table: one line of it, or all. */
export function MessageCell({ text, tall, onFold }: MessageCellProps) {
  if (text === '') return <span class="nothing" aria-label="none">–</span>
  const brief = briefOf(text, tall ? tallMost : lineMost)
  return tall ? <Whole brief={brief} size={text.length} onFold={onFold} /> : <OneLine brief={brief} onFold={onFold} />
}

function OneLine({ brief, onFold }: { brief: Brief; onFold: (() => void) | null }) {
  const first = brief.lead.split('\n', 1)[0]!
  return (
    <>
      {brief.lines > 1 && onFold !== null && <Fold more label={`Show all ${exact(brief.lines)} lines`} text={`${exact(brief.lines)} lines`} onFold={onFold} />}
      {first !== '' && <Visible text={first} lines />}
      <Pairs brief={brief} />
      {brief.cut && '…'}
    </>
  )
}

function Whole({ brief, size, onFold }: { brief: Brief; size: number; onFold: (() => void) | null }) {
  return (
    <>
      {onFold !== null && <Fold more={false} label="Show the first line only" text="first line" onFold={onFold} />}
      {brief.lead !== '' && <Visible text={brief.lead.replace(/\n+$/, '')} lines />}
      <Pairs brief={brief} />
      {brief.cut && <small class="message-more">… {exact(size)} characters in all: open the row to see them</small>}
    </>
  )
}

function Pairs({ brief }: { brief: Brief }) {
  return (
    <>
      {brief.pairs.map((pair, place) => (
        <span key={place} class="message-pair"> <b><Visible text={pair.name} /></b>{pair.value === '' ? '""' : <Visible text={pair.value} lines />}</span>
      ))}
    </>
  )
}

function Fold({ more, label, text, onFold }: { more: boolean; label: string; text: string; onFold: () => void }) {
  const fold = (event: MouseEvent) => {
    event.stopPropagation()
    event.preventDefault()
    onFold()
  }
  return <button type="button" class="message-fold" aria-expanded={!more} aria-label={label} title={label} onClick={fold}><Icon name={more ? 'right' : 'down'} size={11} />{text}</button>
}
