import { reach } from '../api/client'
import { askQualifiers, qualifiersKey } from '../api/status'
import { useAsked } from '../api/use'
import { at } from '../format/times'
import { Icon } from '../parts/Icon'
import { sentence } from '../parts/States'
import { refreshNow } from '../state/refresh'
import { useStore } from '../state/store'
import { useZone } from '../state/zone'
import { useEffect } from 'preact/hooks'

/** What qualifies every number on the screen: the server is gone, or stores nothing at the moment. */
export function Notices() {
  const { lost, last } = useStore(reach)
  const zone = useZone()
  const status = useAsked(qualifiersKey, askQualifiers)
  useEffect(() => {
    if (!lost) return
    const timer = setInterval(refreshNow, 3000)
    return () => clearInterval(timer)
  }, [lost])

  if (lost) {
    return (
      <div class="notice bad" role="alert">
        <Icon name="warning" />
        <p><b>The server does not answer.</b> {last !== null && <>What is on the screen is from {at(last, zone, 'seconds')}. </>}Asking again every 3 seconds.</p>
      </div>
    )
  }
  const ready = status.data?.ready
  if (!ready || (ready.canStore && ready.canQuery)) return null
  return (
    <div class="notice warn" role="alert">
      <Icon name="warning" />
      <p><b>{ready.canStore ? 'The store is starting.' : 'Deliveries are refused at the moment.'}</b> {sentence(ready.reason ?? '')} {!ready.canStore && 'Firehose tries again for as long as its retry duration says.'}</p>
    </div>
  )
}
