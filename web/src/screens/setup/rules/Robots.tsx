import { useState } from 'preact/hooks'
import { changeRules, type RobotsVersion } from '../../../api/rules'
import { bytes } from '../../../format/numbers'
import { at, fromWall, toWall } from '../../../format/times'
import { Dialog } from '../../../parts/Dialog'
import { Labelled, Problem, useDoing } from '../../../parts/Form'
import { Visible } from '../../../parts/Visible'
import { Add, Box, Remove } from './Box'

const dayMs = 86_400_000
const linesShown = 2000

type Open = { readonly kind: 'add' } | { readonly kind: 'show' | 'remove'; readonly version: RobotsVersion } | null

/** What robots.txt said, and since when. */
export function Robots({ versions, sites, tz }: { versions: readonly RobotsVersion[]; sites: readonly string[]; tz: string }) {
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const time = (version: RobotsVersion) => at(Date.parse(version.from), tz, 'full')
  return (
    <Box title="robots.txt" actions={<Add label="Add a version" onClick={() => setOpen({ kind: 'add' })} />}>
      <p>Reads are judged by the version in force at their time, so that a change makes no violations of the past. Readers may keep the file for a day: in the first 24 hours of a version nothing that it forbids is called a violation.</p>
      {versions.length === 0 && <p class="note">No version is known, so that no read is judged. Paste the file as it is, with the time since when.</p>}
      {versions.length > 0 && (
        <div class="scroll-box">
          <table class="table cards">
            <thead><tr><th scope="col">Host</th><th scope="col">In force since</th><th scope="col">State</th><th scope="col" class="number">Size</th><th scope="col"><span class="hidden-text">Show or remove</span></th></tr></thead>
            <tbody>
              {versions.map((version, place) => (
                <tr key={`${version.host} ${version.from}`}>
                  <th scope="row"><Visible text={version.host} /></th>
                  <td data-label="In force since">{time(version)}</td>
                  <td data-label="State">{stateOf(version, versions[place - 1])}</td>
                  <td data-label="Size" class="number">{bytes(version.bytes)}</td>
                  <td><div class="row end">
                    <button type="button" class="small" aria-label={`Show ${version.host} of ${time(version)}`} onClick={() => setOpen({ kind: 'show', version })}>Show</button>
                    <button type="button" class="small danger" aria-label={`Remove ${version.host} of ${time(version)}`} onClick={() => setOpen({ kind: 'remove', version })}>Remove</button>
                  </div></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open?.kind === 'add' && <AddVersion host={versions[0]?.host ?? sites[0] ?? ''} tz={tz} onClose={close} />}
      {open?.kind === 'show' && <Dialog name={`robots.txt of ${open.version.host}`} title={<>robots.txt of <Visible text={open.version.host} />, {time(open.version)}</>} onClose={close}><Text text={open.version.text} /></Dialog>}
      {open?.kind === 'remove' && (
        <Remove what={`robots.txt of ${open.version.host}`} path={`robots/${open.version.host}/${encodeURIComponent(open.version.from)}`} onClose={close}>
          The version of {time(open.version)}. From then on the one before counts.
        </Remove>
      )}
    </Box>
  )
}

// The versions of a host come newest first.
function stateOf(version: RobotsVersion, newer: RobotsVersion | undefined): string {
  if (newer?.host === version.host) return 'replaced'
  return Date.now() - Date.parse(version.from) < dayMs ? 'in force, first 24 hours' : 'in force'
}

function Text({ text }: { text: string | null }) {
  if (text === null) return <p>Too large to be shown.</p>
  const lines = text.split(/\r?\n/)
  return <pre class="robots-text" tabIndex={0} aria-label="The file">{lines.slice(0, linesShown).map((line, place) => <div key={place}><Visible text={line} empty={' '} /></div>)}{lines.length > linesShown && <div>… {lines.length - linesShown} more lines</div>}</pre>
}

function AddVersion({ host: suggestion, tz, onClose }: { host: string; tz: string; onClose: () => void }) {
  const [host, setHost] = useState(suggestion)
  const [from, setFrom] = useState('')
  const [text, setText] = useState('')
  const doing = useDoing()
  const save = () => {
    const since = from === '' ? null : fromWall(from, tz)
    doing.run(changeRules('POST', 'robots', { host: host.trim(), from: since === null ? 'now' : new Date(since).toISOString(), text }), onClose)
  }
  return (
    <Dialog name="Add a version of robots.txt" title="Add a version of robots.txt" onClose={onClose}>
      <form class="rule-form" onSubmit={event => { event.preventDefault(); save() }}>
        <Labelled label="Host, with its port if that is not the default"><input type="text" required autofocus autocomplete="off" spellcheck={false} placeholder="www.example.com" value={host} onInput={event => setHost(event.currentTarget.value)} /></Labelled>
        <Labelled label={`In force since (${tz}; empty: now)`}><input type="datetime-local" step={1} max={toWall(Date.now(), tz)} value={from} onInput={event => setFrom(event.currentTarget.value)} /></Labelled>
        <Labelled label="The file; an empty one allows everything"><textarea spellcheck={false} placeholder={'User-agent: GPTBot\nDisallow: /private/'} value={text} onInput={event => setText(event.currentTarget.value)} /></Labelled>
        <Problem of={doing} />
        <div class="row end"><button type="submit" class="primary" disabled={doing.busy}>{doing.busy ? 'Saving …' : 'Add the version'}</button></div>
      </form>
    </Dialog>
  )
}
