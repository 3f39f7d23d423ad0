import type { ComponentChildren } from 'preact'
import { addressOf, type Changes, go, type Screen, useView } from '../state/url'

interface LinkProps {
  readonly screen?: Screen
  readonly changes?: Changes
  readonly class?: string
  readonly current?: boolean
  readonly title?: string | undefined
  readonly tabIndex?: number
  readonly children: ComponentChildren
}

/** A link within the program: a plain click stays in the page, a click with a modifier opens a tab as links do. */
export function Link({ screen, changes = {}, current, title, tabIndex, children, ...rest }: LinkProps) {
  useView()
  return (
    <a
      class={rest.class} title={title} tabIndex={tabIndex} href={addressOf(screen ?? null, changes)} aria-current={current === true ? 'page' : undefined}
      onClick={event => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return
        event.preventDefault()
        go(changes, screen === undefined ? {} : { screen })
      }}>
      {children}
    </a>
  )
}
