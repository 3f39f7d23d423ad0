/*
 * Texts come from whoever sent a request. They are shown as text, isolated from the direction of what stands around them, with characters that
 * would be invisible or would reorder the line written out.
 */

// Controls, and the marks that change direction or have no width.
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/

const names: Readonly<Record<string, string>> = { '\n': '␊', '\r': '␍', '\t': '␉' }

/** A text of a stranger, made visible. Nothing at all is shown as such. */
export function Visible({ text, empty = '(empty)' }: { text: string; empty?: string }) {
  if (text === '') return <em class="nothing">{empty}</em>
  if (!unseen.test(text)) return <bdi>{text}</bdi>
  return <bdi>{piecesOf(text).map((piece, place) => piece.unseen ? <span key={place} class="unseen" title={codeOf(piece.text)}>{names[piece.text] ?? codeOf(piece.text)}</span> : piece.text)}</bdi>
}

export function piecesOf(text: string): { text: string; unseen: boolean }[] {
  const pieces: { text: string; unseen: boolean }[] = []
  for (const character of text) {
    const last = pieces[pieces.length - 1]
    if (unseen.test(character)) pieces.push({ text: character, unseen: true })
    else if (last && !last.unseen) last.text += character
    else pieces.push({ text: character, unseen: false })
  }
  return pieces
}

function codeOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}
