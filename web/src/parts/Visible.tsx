/*
 * Texts come from whoever sent a request. They are shown as text, isolated from the direction of what stands around them, with characters that
 * would be invisible or would reorder the line written out.
 */

// Controls, and the marks that change direction or have no width.
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/

// The same where line breaks and tabs are kept.
const unseenInLines = new RegExp(unseen.source.replace('\\u0000-\\u001f', '\\u0000-\\u0008\\u000b-\\u001f'))

const names: Readonly<Record<string, string>> = { '\n': '␊', '\r': '␍', '\t': '␉' }

/** So many marks are elements of their own; of a text with more, such as a file with colours of a terminal, they are written into it. */
const marksMost = 400

/** A text of a stranger, made visible. Nothing at all is shown as such. With `lines` its tabs and line breaks are kept: the place has to show them. */
export function Visible({ text, empty = '(empty)', lines = false }: { text: string; empty?: string; lines?: boolean }) {
  if (text === '') return <em class="nothing">{empty}</em>
  if (!(lines ? unseenInLines : unseen).test(text)) return <bdi>{text}</bdi>
  const each = new RegExp(lines ? unseenInLines : unseen, 'g')
  if ((text.match(each)?.length ?? 0) > marksMost) return <bdi>{text.replace(each, character => `‹${names[character] ?? codeOf(character)}›`)}</bdi>
  return <bdi>{piecesOf(text, lines).map((piece, place) => piece.unseen ? <span key={place} class="unseen" title={codeOf(piece.text)}>{names[piece.text] ?? codeOf(piece.text)}</span> : piece.text)}</bdi>
}

export function piecesOf(text: string, lines = false): { text: string; unseen: boolean }[] {
  const pieces: { text: string; unseen: boolean }[] = []
  for (const character of text) {
    const last = pieces[pieces.length - 1]
    if ((lines ? unseenInLines : unseen).test(character)) pieces.push({ text: character, unseen: true })
    else if (last && !last.unseen) last.text += character
    else pieces.push({ text: character, unseen: false })
  }
  return pieces
}

function codeOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}
