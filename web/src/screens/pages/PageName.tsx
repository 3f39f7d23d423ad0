import { filterBy } from '../../filter/use'
import { Visible } from '../../parts/Visible'

export function hostOf(page: string): string {
  return page.slice(0, page.indexOf('/'))
}

/** Hosts are shown where there are several. */
export function severalHosts(lines: readonly { readonly key: string }[]): boolean {
  return new Set(lines.map(line => hostOf(line.key))).size > 1
}

/** A page as a button that filters by it, as the names of all lists do. */
export function PageName({ page, several }: { page: string; several: boolean }) {
  return (
    <button type="button" class="page-name" title={`${page}\nClick to filter by it; Alt-click to leave it out`} onClick={event => filterBy('page', page, event.altKey || event.shiftKey)}>
      <Visible text={several ? page : page.slice(page.indexOf('/'))} />
    </button>
  )
}
