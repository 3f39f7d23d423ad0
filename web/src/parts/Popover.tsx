import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

interface PopoverProps {
  /** What the button holds. */
  readonly label: ComponentChildren
  /** What the button is for; its content, if it has any, says what is chosen. */
  readonly name: string
  readonly class?: string
  readonly align?: 'left' | 'right'
  /** Called with a function that closes it. */
  readonly children: (close: () => void) => ComponentChildren
  /** Lets a keyboard shortcut open it. */
  readonly openRef?: { current: (() => void) | null }
}

/** A button that opens a box below it. Escape and a click elsewhere close it, and give the focus back. */
export function Popover({ label, name, align = 'left', children, openRef, ...rest }: PopoverProps) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  if (openRef) openRef.current = () => setOpen(true)

  useEffect(() => {
    if (!open) return
    root.current?.querySelector<HTMLElement>('[data-autofocus], .popover-box input, .popover-box button, .popover-box [tabindex]')?.focus()
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('focusin', outside)
    return () => {
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('focusin', outside)
    }
  }, [open])

  return (
    <div class={`popover ${rest.class ?? ''}`} ref={root} onKeyDown={event => {
      if (event.key !== 'Escape' || !open) return
      event.stopPropagation()
      close()
    }}>
      <button type="button" ref={button} class="button" aria-expanded={open} aria-haspopup="dialog" title={name} onClick={() => setOpen(!open)}><span class="hidden-text">{name}: </span>{label}</button>
      {/* Focusable, or a click on a text in it would give the focus to the page, and close it. */}
      {open && <div class={`popover-box ${align}`} role="dialog" aria-label={name} tabIndex={-1}>{children(close)}</div>}
    </div>
  )
}
