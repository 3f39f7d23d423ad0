import type { ComponentChildren } from 'preact'
import { changeRules } from '../../../api/rules'
import { Dialog } from '../../../parts/Dialog'
import { Problem, useDoing } from '../../../parts/Form'
import { Icon } from '../../../parts/Icon'
import { Visible } from '../../../parts/Visible'

export function Box({ title, actions, children }: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="panel">
      <header class="panel-head"><h2>{title}</h2>{actions}</header>
      <div class="panel-body">{children}</div>
    </section>
  )
}

export function Add({ label, onClick }: { label: string; onClick: () => void }) {
  return <button type="button" class="small" onClick={onClick}><Icon name="plus" size={13} />{label}</button>
}

/** Asks before something is removed. */
export function Remove({ what, path, onClose, children }: { what: string; path: string; onClose: () => void; children: ComponentChildren }) {
  const doing = useDoing()
  return (
    <Dialog name={`Remove ${what}`} title={<>Remove <Visible text={what} />?</>} onClose={onClose}>
      <div class="rule-form">
        <p>{children}</p>
        <Problem of={doing} />
        <div class="row end">
          <button type="button" autofocus onClick={onClose}>Keep it</button>
          <button type="button" class="danger" disabled={doing.busy} onClick={() => doing.run(changeRules('DELETE', path), onClose)}>Remove it</button>
        </div>
      </div>
    </Dialog>
  )
}
