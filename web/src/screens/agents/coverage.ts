import type { Question } from '../../api/client'
import type { Scope } from '../../api/scope'
import { termsOf } from '../../filter/terms'

const days = 28

/** What a page is found by; who read it is left out, because a page lives that anyone reads. */
const ofPages = ['host', 'path', 'page', 'path_folder', 'path_directory', 'path_extension', 'distribution', 'stream']

/** Asks how many pages live: were delivered to anyone in the 28 days before the end of the range, null if that is now. */
export function livePages({ where: all, tz }: Scope, end: number | null): Question {
  const where = termsOf(all).filter(term => term.field !== null && ofPages.includes(term.field)).map(term => term.text).join(' ')
  return {
    from: end === null ? `-${days}d` : String(end - days * 86_400_000), to: end === null ? 'now' : String(end),
    tz, measures: ['live_pages'], ...(where !== '' && { where }),
  }
}

/** What part of the living pages was read. A range that is longer than 28 days may have read more than lives. */
export function coverageOf(pages: number, live: number | null): number | null {
  return live === null || live === 0 ? null : Math.min(1, pages / live)
}
