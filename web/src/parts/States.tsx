import type { ComponentChildren } from 'preact'
import { Refused, Unreachable } from '../api/client'
import { refreshNow } from '../state/refresh'
import { Icon } from './Icon'

/** What a panel shows in place of its content: grey bars of about its height, so that nothing jumps when it comes. */
export function Loading({ rows = 3, height }: { rows?: number; height?: number }) {
  return (
    <div class="loading" style={height === undefined ? {} : { height: `${height}px` }} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => <i key={row} />)}
    </div>
  )
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}

/** A question that failed: why, and a way to ask again. That the server is gone is said once, above all panels, and it is asked again by itself. */
export function Failed({ error }: { error: Error }) {
  if (error instanceof Unreachable) return <p class="unanswered">Nothing to show: the server does not answer.</p>
  return (
    <div class="failed" role="alert">
      <Icon name="warning" />
      <p>{textOf(error)}</p>
      <button type="button" class="small" onClick={refreshNow}>Try again</button>
    </div>
  )
}

export function textOf(error: Error): string {
  return error instanceof Refused && error.status >= 500 ? `The server could not answer: ${error.message}` : sentence(error.message)
}

/** Our messages are written in lower case without a full stop, to be put into a line of a log. */
export function sentence(text: string): string {
  const end = /[.!?:]$/.test(text) ? '' : '.'
  return text === '' ? '' : text[0]!.toUpperCase() + text.slice(1) + end
}
