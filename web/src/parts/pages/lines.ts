import { type Named, namedRows, numberIn } from '../../api/answers'
import type { Answer } from '../../api/client'
import { testOf } from '../../filter/terms'
import { percent } from '../../format/numbers'

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

/** The share of the reads that was delivered. What is blocked now and then is not delivered to 100 %. */
export function deliveredText({ row }: Line): string | null {
  const reads = numberIn(row, 'page_reads')
  return reads === 0 ? null : percent(Math.floor((numberIn(row, 'delivered_page_reads') / reads) * 100) / 100)
}

/** Hosts are shown where there are several. */
export function severalHosts(pages: readonly string[]): boolean {
  return new Set(pages.map(page => page.slice(0, page.indexOf('/')))).size > 1
}

/** A test that a page's address holds a text. */
export function finding(text: string): string {
  return text === '' ? '' : `page:*"${text.replace(/[\\"]/g, '\\$&')}"*`
}

export function pageTest(page: string): string {
  return testOf('page', page)
}
