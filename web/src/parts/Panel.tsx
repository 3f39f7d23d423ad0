import type { ComponentChildren } from 'preact'
import type { Asked } from '../api/use'
import { Failed, Loading } from './States'

interface PanelProps<T> {
  readonly title: string
  readonly asked: Asked<T>
  /** Height of what comes, in pixels, so that nothing moves when it does. */
  readonly height: number
  readonly class?: string
  readonly actions?: ComponentChildren
  readonly children: (data: T) => ComponentChildren
}

/** A titled box around an answer: loading, failed, or there. An old answer stays while a new one is on its way, dimmed if it answers another question. */
export function Panel<T>({ title, asked, height, actions, children, ...rest }: PanelProps<T>) {
  return (
    <section class={`panel ${rest.class ?? ''}`} aria-busy={asked.loading}>
      <header class="panel-head">
        <h2>{title}</h2>
        {actions}
      </header>
      <div class={`panel-body ${asked.stale ? 'stale' : ''}`} style={{ minHeight: `${height}px` }}>
        {asked.error !== null && asked.data === null && <Failed error={asked.error} />}
        {asked.data === null && asked.error === null && <Loading height={height} />}
        {asked.data !== null && children(asked.data)}
        {asked.error !== null && asked.data !== null && <p class="panel-late" role="status">Not up to date: {asked.error.message}</p>}
      </div>
    </section>
  )
}
