import { type Named, namedRows, numberIn } from '../../api/answers'
import type { Answer } from '../../api/client'
import { testOf } from '../../filter/terms'

/** The figures of a page or a folder, and the test that leads to its rows. */
export interface Line {
  readonly key: string
  readonly test: string
  readonly row: Named
  /** A page below its folder. */
  readonly isInner?: boolean
}

export function pageLines(answer: Answer): Line[] {
  return linesOf(answer, 'page')
}

export function folderLines(answer: Answer): Line[] {
  return linesOf(answer, 'path_folder')
}

/** The lines of a tree: behind the folder that is open come its pages. */
export function withPages(folders: readonly Line[], open: string, pages: readonly Line[]): Line[] {
  return folders.flatMap(folder => folder.key === open ? [folder, ...pages.map(page => ({ ...page, isInner: true }))] : [folder])
}

function linesOf(answer: Answer, field: string): Line[] {
  return namedRows(answer).map(row => {
    const key = String(row[field])
    return { key, test: testOf(field, key), row }
  })
}

/** Open to people, closed to agents: mostly a rule of a firewall that nobody meant for this page. */
export function isOpenToPeople({ row }: Line): boolean {
  return numberIn(row, 'blocked_page_reads') > 0 && numberIn(row, 'human_delivered_reads') > 0
}
