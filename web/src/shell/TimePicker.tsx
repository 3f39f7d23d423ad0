import { useState } from 'preact/hooks'
import { at, fromWall, offsetOf, toWall } from '../format/times'
import { Icon } from '../parts/Icon'
import { Popover } from '../parts/Popover'
import { isoOf, momentMs, presets, type Range, useRange } from '../state/range'
import { go } from '../state/url'
import { chooseZone, isZone, localZone, useZone } from '../state/zone'
import { openTime } from './Shortcuts'

/** Range and zone: presets that move with the clock, or two moments on the wall clock of the zone. */
export function TimePicker() {
  const range = useRange()
  const zone = useZone()
  return (
    <Popover class="time-picker" name="Time range" align="right" openRef={openTime}
      label={<><Icon name="clock" /><RangeName range={range} zone={zone} /><span class="zone-name wide">{offsetOf(Date.now(), zone)}</span><Icon name="down" size={13} /></>}>
      {close => <Choice range={range} zone={zone} close={close} />}
    </Popover>
  )
}

function Choice({ range, zone, close }: { range: Range; zone: string; close: () => void }) {
  const set = (next: Range) => {
    go({ from: next.from === '-24h' && next.to === 'now' ? null : next.from, to: next.to === 'now' ? null : next.to })
    close()
  }
  return (
    <div class="time-box">
      <ul class="menu" aria-label="Presets">
        {presets.map(preset => (
          <li key={preset.from}>
            <button type="button" class="menu-item" aria-pressed={range.from === preset.from && range.to === 'now'} onClick={() => set({ from: preset.from, to: 'now' })}>{preset.name}</button>
          </li>
        ))}
        <li><button type="button" class="menu-item" onClick={() => set(monthOf(Date.now(), zone))}>This month</button></li>
      </ul>
      <div class="time-own">
        <OwnRange range={range} zone={zone} onSet={set} />
        <ZoneField zone={zone} />
      </div>
    </div>
  )
}

function OwnRange({ range, zone, onSet }: { range: Range; zone: string; onSet: (range: Range) => void }) {
  const now = Date.now()
  const [from, setFrom] = useState(() => toWall(momentMs(range.from, now) ?? now - 86_400_000, zone))
  const [to, setTo] = useState(() => range.to === 'now' ? '' : toWall(momentMs(range.to, now) ?? now, zone))
  const fromMs = fromWall(from, zone)
  const toMs = to === '' ? null : fromWall(to, zone)
  const problem = fromMs === null ? 'The beginning is no time.' : to !== '' && toMs === null ? 'The end is no time.' : fromMs >= (toMs ?? now) ? 'The range ends before it begins.' : null
  return (
    <form onSubmit={event => {
      event.preventDefault()
      if (problem === null) onSet({ from: isoOf(fromMs!), to: toMs === null ? 'now' : isoOf(toMs) })
    }}>
      <label>From<input type="datetime-local" step="1" value={from} onInput={event => setFrom(event.currentTarget.value)} /></label>
      <label>To, excluded; empty for now<input type="datetime-local" step="1" value={to} onInput={event => setTo(event.currentTarget.value)} /></label>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      <button type="submit" class="primary" disabled={problem !== null}>Apply</button>
    </form>
  )
}

function ZoneField({ zone }: { zone: string }) {
  const [typed, setTyped] = useState(zone)
  const known = isZone(typed)
  return (
    <form class="zone-field" onSubmit={event => { event.preventDefault(); if (known) chooseZone(typed) }}>
      <label>
        Time zone
        <input type="text" list="zones" value={typed} spellcheck={false} autocomplete="off" aria-invalid={!known}
          onInput={event => setTyped(event.currentTarget.value)} onChange={event => { if (isZone(event.currentTarget.value)) chooseZone(event.currentTarget.value) }} />
      </label>
      <datalist id="zones">{zones().map(name => <option key={name} value={name} />)}</datalist>
      <div class="zone-quick">
        {[...new Set(['UTC', localZone])].map(name => (
          <button type="button" key={name} class="small" aria-pressed={zone === name} onClick={() => { setTyped(name); chooseZone(name) }}>{name}</button>
        ))}
      </div>
    </form>
  )
}

function zones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')]
}

/** A phone's bar has room for a short one. */
function RangeName({ range, zone }: { range: Range; zone: string }) {
  const preset = range.to === 'now' ? presets.find(one => one.from === range.from) : undefined
  if (preset === undefined) return <span class="time-name">{nameOf(range, zone)}</span>
  return <><span class="wide">{preset.name}</span><span class="narrow">{preset.short}</span></>
}

function nameOf(range: Range, zone: string): string {
  const now = Date.now()
  const [from, to] = [momentMs(range.from, now), momentMs(range.to, now)]
  if (from === null || to === null) return `${range.from} – ${range.to}`
  const sameDay = at(from, zone, 'day') === at(to, zone, 'day')
  return `${at(from, zone, 'dayClock')} – ${range.to === 'now' ? 'now' : at(to, zone, sameDay ? 'clock' : 'dayClock')}`
}

function monthOf(now: number, zone: string): Range {
  const first = fromWall(`${toWall(now, zone).slice(0, 8)}01T00:00:00`, zone)!
  return { from: isoOf(first), to: 'now' }
}
