import type { ComponentChildren } from 'preact'
import { both } from '../filter/terms'
import { Link } from '../shell/Link'
import { useParam } from '../state/url'

/** A figure that leads to the rows that it counts: those of the screen's filter that `test` lets through. */
export function RowsLink({ test, title, children }: { test: string; title?: string; children: ComponentChildren }) {
  const q = useParam('q') ?? ''
  return <Link screen="logs" changes={{ q: both(q, test) }} class="figure" {...(title !== undefined && { title })}>{children}</Link>
}
