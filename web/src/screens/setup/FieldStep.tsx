import { Copy } from '../../parts/Copy'
import { attributeCharsMax, rangesOf } from './fieldList'
import type { LogField } from './ask'

/** A line without its time cannot be stored. */
const needed = 'timestamp'

/** The fields of the real-time log in CloudFront's order, and what to enter where for the chosen ones. */
export function FieldStep({ fields, chosen, onChoose }: { fields: readonly LogField[]; chosen: readonly number[]; onChoose: (numbers: readonly number[]) => void }) {
  const list = rangesOf(chosen)
  const names = fields.filter(field => chosen.includes(field.number)).map(field => field.name).join('\n')
  const choose = (which: (field: LogField) => boolean) => onChoose(fields.filter(field => field.name === needed || which(field)).map(field => field.number))
  const isRecommended = fields.every(field => field.recommended === chosen.includes(field.number))
  return (
    <>
      <p>CloudFront always writes the fields in this order, whatever order they are chosen in. The list here and the log's must be the same.</p>
      <div class="row">
        <button type="button" class="small" aria-pressed={isRecommended} onClick={() => choose(field => field.recommended)}>Recommended</button>
        <button type="button" class="small" aria-pressed={chosen.length === fields.length} onClick={() => choose(() => true)}>All {fields.length}</button>
        <button type="button" class="small" aria-pressed={chosen.length === 1} onClick={() => choose(() => false)}>None</button>
        <span class="note" role="status">{chosen.length} chosen</span>
      </div>
      <fieldset class="field-list" aria-label="Fields of the log">
        {fields.map(field => (
          <label key={field.number} title={`${field.description}${field.column === '' ? '' : `\nColumn: ${field.column}`}`}>
            <input type="checkbox" checked={chosen.includes(field.number)} disabled={field.name === needed}
              onChange={event => onChoose(event.currentTarget.checked ? [...chosen, field.number] : chosen.filter(number => number !== field.number))} />
            <span><span class="field-number">{field.number}</span> <code>{field.name}</code> <span class="note">{field.use}</span></span>
          </label>
        ))}
      </fieldset>
      <h3>For Firehose: parameter <code>cloudfront-fields</code></h3>
      <div class="copy-line"><code>{list}</code><Copy text={list} class="primary" label="Copy the value" /></div>
      <p class="note">{list.length} of {attributeCharsMax.toLocaleString('en')} characters that a parameter holds.</p>
      <h3>For CloudFront: the fields of the real-time log configuration</h3>
      <div class="copy-line"><code class="names" tabIndex={0} role="group" aria-label="Names of the fields">{names.replaceAll('\n', ', ')}</code><Copy text={names} label="Copy the names" /></div>
    </>
  )
}
