import { useState } from 'preact/hooks'
import { Refused } from '../../../api/client'
import { type AddressList, importList } from '../../../api/rules'
import { exact } from '../../../format/numbers'
import { at } from '../../../format/times'
import { Dialog } from '../../../parts/Dialog'
import { Labelled, Problem, useDoing } from '../../../parts/Form'
import { Visible } from '../../../parts/Visible'
import { Box } from './Box'

/** Published address lists: what is in force, how old it is, and whether it is whole. */
export function Lists({ lists, tz }: { lists: readonly AddressList[]; tz: string }) {
  const [importing, setImporting] = useState<AddressList | null>(null)
  return (
    <Box title="Address lists">
      <p>Operators publish the addresses of their agents; a claim from a listed address is proven. A list that is <b>not whole</b> proves true claims, and nobody is called an impostor by it. Import the whole list to tell impostors, or have the server fetch all of them: <code>cistern agents refresh --data DIR</code>.</p>
      <div class="scroll-box">
        <table class="table cards">
          <thead><tr><th scope="col">List</th><th scope="col">Operator</th><th scope="col">Whole</th><th scope="col">In force since</th><th scope="col" class="number">Prefixes</th><th scope="col"><span class="hidden-text">Import</span></th></tr></thead>
          <tbody>
            {lists.map(list => (
              <tr key={list.id}>
                <th scope="row"><Visible text={list.id} /></th>
                <td data-label="Operator"><Visible text={list.operator} /></td>
                <td data-label="Whole">{list.inForceSince === null ? <span class="nothing">nothing here</span> : <span class={`state ${list.whole ? 'active' : 'expired'}`}>{list.whole ? 'whole' : 'not whole'}</span>}</td>
                <td data-label="In force since">{list.inForceSince === null ? '–' : <span>{at(Date.parse(list.inForceSince), tz, 'full').slice(0, 10)} <span class="note">{list.ageDays} d{list.shipped ? ', shipped' : ''}</span></span>}</td>
                <td data-label="Prefixes" class="number">{exact(list.prefixes)}</td>
                <td><button type="button" class="small" aria-label={`Import ${list.id}`} onClick={() => setImporting(list)}>Import</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {importing !== null && <Import list={importing} onClose={() => setImporting(null)} />}
    </Box>
  )
}

function Import({ list, onClose }: { list: AddressList; onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null)
  const [from, setFrom] = useState('')
  const [force, setForce] = useState(false)
  const [taken, setTaken] = useState<string | null>(null)
  const doing = useDoing()
  const send = () => file !== null && doing.run(
    file.text().then(text => importList(list.id, text, from, force)),
    ({ prefixes, prefixesBefore }) => setTaken(`${exact(prefixes)} prefixes are in force, ${exact(prefixesBefore)} were before.`))
  const shrunk = doing.problem instanceof Refused && doing.problem.message.includes('by force')
  return (
    <Dialog name={`Import ${list.id}`} title={<>Import <Visible text={list.id} /></>} onClose={onClose}>
      {taken !== null
        ? <div class="rule-form"><p role="status">{taken}</p><div class="row end"><button type="button" class="primary" onClick={onClose}>Done</button></div></div>
        : (
          <form class="rule-form" onSubmit={event => { event.preventDefault(); send() }}>
            <p>The file as {list.operator} publishes it, JSON, CSV or text{list.url.startsWith('https://') ? <>: <a href={list.url} target="_blank" rel="noreferrer">{list.url}</a></> : ''}. It counts as the whole list.</p>
            <Labelled label="File"><input type="file" required autofocus onChange={event => setFile(event.currentTarget.files?.[0] ?? null)} /></Labelled>
            <Labelled label="Published since, in UTC (optional: what the file says, else now)"><input type="date" value={from} onInput={event => setFrom(event.currentTarget.value)} /></Labelled>
            <Problem of={doing} />
            {(shrunk || force) && <label class="check"><input type="checkbox" checked={force} onChange={event => setForce(event.currentTarget.checked)} /> I looked at it: take it although it lost more than half</label>}
            <div class="row end"><button type="submit" class="primary" disabled={doing.busy}>{doing.busy ? 'Importing …' : 'Import the list'}</button></div>
          </form>
        )}
    </Dialog>
  )
}
