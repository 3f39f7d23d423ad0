import { useEffect } from 'preact/hooks'
import { Link } from '../../shell/Link'
import type { Changes } from '../../state/url'
import { useView } from '../../state/url'
import { type LogSignal, signals } from './signals'

/** What a signal was asked last: a filter of one says nothing about the other. Range, zone and refresh are of both. */
const kept = new Map<string, Changes>()

const own = ['q', 'cols', 'order']

/** Chooses whose rows are shown. */
export function SignalSwitch({ signal }: { signal: LogSignal }) {
  const { params } = useView()
  useEffect(() => { kept.set(signal.name, Object.fromEntries(own.map(name => [name, params.get(name)]))) }, [params, signal])
  return (
    <nav class="views log-signals" aria-label="Kinds of logs">
      {signals.map((one, place) => (
        <Link key={one.name} current={one === signal} changes={one === signal ? {} : { q: null, cols: null, order: null, ...kept.get(one.name), signal: place === 0 ? null : one.name, row: null, mark: null, around: null }}>{one.title}</Link>
      ))}
    </nav>
  )
}
