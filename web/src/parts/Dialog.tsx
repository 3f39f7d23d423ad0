import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './Icon'

interface DialogProps {
  readonly title: ComponentChildren
  readonly name: string
  readonly kind?: 'dialog' | 'drawer'
  readonly onClose: () => void
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}

/** The browser's own dialog: it keeps the focus inside, closes on Escape, and gives the focus back. A drawer is one at the side that leaves the page usable. */
export function Dialog({ title, name, kind = 'dialog', onClose, actions, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = element.current!
    const before = document.activeElement
    if (kind === 'dialog') dialog.showModal()
    else dialog.show()
    return () => {
      dialog.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [kind])
  return (
    <dialog
      ref={element} class={kind} aria-label={name}
      onCancel={event => { event.preventDefault(); onClose() }}
      onKeyDown={event => { if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); onClose() } }}
      onClick={event => { if (event.target === element.current && kind === 'dialog') onClose() }}>
      <div class="dialog-inner">
        <header class="dialog-head">
          <h2>{title}</h2>
          {actions}
          <button type="button" class="quiet" aria-label="Close" title="Close (Esc)" onClick={onClose}><Icon name="close" /></button>
        </header>
        <div class="dialog-body">{children}</div>
      </div>
    </dialog>
  )
}
