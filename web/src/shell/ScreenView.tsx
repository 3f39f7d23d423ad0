import { useEffect, useState } from 'preact/hooks'
import { Failed, Loading } from '../parts/States'
import type { Screen } from '../state/screens'
import { load, ready } from '../screens/load'

/** A screen, as soon as its code is here. */
export function ScreenView({ screen }: { screen: Screen }) {
  const [, drawAgain] = useState(0)
  const [error, setError] = useState<Error | null>(null)
  const Found = ready(screen)
  useEffect(() => {
    setError(null)
    if (ready(screen) === undefined) load(screen).then(() => drawAgain(count => count + 1), setError)
  }, [screen])
  if (Found !== undefined) return <Found />
  return <section class="panel">{error === null ? <Loading height={160} /> : <Failed error={error} />}</section>
}
