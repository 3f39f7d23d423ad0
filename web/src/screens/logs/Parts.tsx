import { Visible } from '../../parts/Visible'
import { shortened } from './decode'

// A text is laid out in parts, so that the browser need not do it for what is out of sight.
const part = 32_768

/** A text of up to megabytes, with its lines. */
export function Parts({ text }: { text: string }) {
  return <>{partsOf(text).map((piece, place) => <span key={place} class="message-part"><Visible text={piece} lines /></span>)}</>
}

// Between lines if there are any, so that the parts do not show.
export function partsOf(text: string): string[] {
  const parts: string[] = []
  for (let at = 0; at < text.length;) {
    const line = text.indexOf('\n', at + part)
    const end = line >= 0 && line < at + 2 * part ? line + 1 : at + shortened(text.slice(at, at + 2 * part), part).text.length
    parts.push(text.slice(at, end))
    at = Math.max(end, at + 1)
  }
  return parts
}
