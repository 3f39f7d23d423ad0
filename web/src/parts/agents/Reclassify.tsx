import { changeRules, type History } from '../../api/rules'
import { exact, percent } from '../../format/numbers'
import { Problem, useDoing } from '../Form'

/** How much of history the rules in force have classified, and the button that has the rest done. Nothing where the server cannot. */
export function Reclassify({ history }: { history: History | undefined }) {
  const doing = useDoing()
  if (history === undefined) return null
  const { rows, rowsNow, running, failed, possible } = history
  if (possible === false) return <div class="reclassify"><p role="status">Stored rows stay as they were classified when they came: this store cannot classify them again.</p></div>
  const left = rows - rowsNow
  return (
    <div class="reclassify">
      <p role="status">{left <= 0
        ? 'All stored rows are classified by the rules in force.'
        : <>{running ? 'Classifying history again: ' : ''}{exact(left)} of {exact(rows)} stored rows are still classified by earlier rules.</>}
      </p>
      {running && <progress max={1} value={rows === 0 ? 1 : rowsNow / rows} aria-label="Rows that are classified by the rules in force">{percent(rowsNow / rows)}</progress>}
      {failed !== null && <p class="problem" role="alert">It stopped: {failed}</p>}
      {left > 0 && !running && <button type="button" class="small" disabled={doing.busy} onClick={() => doing.run(changeRules('POST', 'reclassify'))}>Classify history again</button>}
      <Problem of={doing} />
    </div>
  )
}
