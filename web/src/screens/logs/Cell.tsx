import type { Value } from '../../api/client'
import { countryName } from '../../format/countries'
import { bytes, duration, exact } from '../../format/numbers'
import { ago, at } from '../../format/times'
import { statusColor } from '../../parts/status'
import { Visible } from '../../parts/Visible'
import { decoded, shortened } from './decode'
import { LevelMark } from './LevelMark'
import type { LogSignal } from './signals'

/** How times are written: on the wall clock or as "3 min ago", each with the other in its title. */
export interface Times {
  readonly zone: string
  readonly relative: boolean
  readonly now: number
  readonly short: boolean
}

// More than any cell shows. Texts of strangers have up to 8 KB, and each of their unseen characters is an element.
const cellMost = 240
const titleMost = 600

/** A value in the table: short, on one line, the whole in its title. */
export function Cell({ signal, name, value, times }: { signal: LogSignal; name: string; value: Value; times: Times }) {
  if (signal.shapes[name] === 'level') return <LevelMark level={textOf(value)} />
  if (value === null || value === '') return <span class="nothing" aria-label="none">–</span>
  switch (signal.shapes[name]) {
    case 'time': return <Moment value={String(value)} times={times} />
    case 'status': return <Status status={Number(value)} />
    case 'seconds': return <span title={`${exact(Number(value))} s`}>{duration(Number(value))}</span>
    case 'bytes': return <span title={`${exact(Number(value))} bytes`}>{bytes(Number(value))}</span>
    case 'tail': return <Tail text={String(value)} />
    case 'country': return <span title={countryName(String(value))}><Visible text={shortened(String(value), cellMost).text} /></span>
    default: return <Text value={value} />
  }
}

/** The last name of a path: that of a log group or stream tells more than its beginning. */
function Tail({ text }: { text: string }) {
  const last = text.slice(text.lastIndexOf('/', text.length - 2) + 1)
  return <span title={shortened(text, titleMost).text}><Visible text={shortened(last.replace(/^\[\$LATEST\]/, ''), cellMost).text} /></span>
}

function Text({ value }: { value: Value }) {
  if (typeof value === 'number') return <>{Number.isInteger(value) ? value : exact(value)}</>
  if (typeof value === 'boolean') return <>{value ? 'yes' : 'no'}</>
  const whole = textOf(value)
  const { text, cut } = shortened(whole, cellMost)
  return <span title={shortened(decoded(whole) ?? whole, titleMost).text}><Visible text={cut ? `${text}…` : text} /></span>
}

export function Moment({ value, times }: { value: string; times: Times }) {
  const ms = Date.parse(value)
  if (Number.isNaN(ms)) return <Visible text={value} />
  const clock = at(ms, times.zone, 'fullMillis')
  const since = ago(ms, times.now)
  const shown = times.relative ? since : times.short ? at(ms, times.zone, 'seconds') : clock
  return <time dateTime={value} title={times.relative ? `${clock} ${times.zone}` : `${times.short ? `${clock}, ` : ''}${since}`}>{shown}</time>
}

/** The number says it, the colour repeats it. */
export function Status({ status }: { status: number }) {
  return <span class="log-status"><i style={{ background: `var(${statusColor(status)})` }} aria-hidden="true" />{status === 0 ? '000' : status}</span>
}

export function textOf(value: Value): string {
  return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}
