import type { Scope } from '../../api/scope'
import type { Asked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { filterBy } from '../../filter/use'
import { change, exact, percent } from '../../format/numbers'
import { numberIn } from '../../api/answers'
import { Count } from '../../parts/Rows'
import type { SortColumn } from '../../parts/SortTable'
import { Visible } from '../../parts/Visible'
import { severalHosts } from '../../parts/pages/lines'
import { PageText } from '../../parts/pages/PageName'
import { List } from '../../parts/pages/List'
import type { Product } from './products'

function productTest(name: string): string {
  return testOf('ai_source', name)
}

/** A product as a button that filters by it. */
export function ProductName({ name }: { name: string }) {
  return (
    <button type="button" class="page-name" title="Click to filter by it; Alt-click to leave it out" onClick={event => filterBy('ai_source', name, event.altKey || event.shiftKey)}>
      <Visible text={name} />
    </button>
  )
}

/** Each product: who comes from it, to which page, and how much its operator reads for that. */
export function Products({ asked, arrivals, scope, comparable }: { asked: Asked<readonly Product[]>; arrivals: number | null; scope: Scope; comparable: boolean }) {
  const share = (product: Product) => arrivals === null || arrivals === 0 ? null : percent(product.visits / arrivals)
  const changed = ({ row, visits }: Product) => typeof row['ai_visits_change'] === 'number' ? change(row['ai_visits_change']) : row['ai_visits_before'] === 0 && visits > 0 ? 'new' : null
  const several = severalHosts((asked.data ?? []).flatMap(one => one.landing ?? []))
  const columns: SortColumn<Product>[] = [
    { key: 'product', title: 'Product', value: one => one.name, cell: one => <ProductName name={one.name} /> },
    { key: 'visits', title: 'Visits', number: true, value: one => one.visits, cell: one => <Count value={one.visits} test={productTest(one.name)} of="ai_visits" /> },
    ...(scope.compare && comparable ? [{ key: 'change', title: '±', about: 'Visits against the period before', number: true, fixed: true, value: changed, cell: (one: Product) => <span class={changed(one) === 'new' ? 'delta new' : 'delta'}>{changed(one) ?? '–'}</span> }] : []),
    { key: 'visitors', title: 'Daily visitors', about: 'Distinct visitors of each day, added up: an estimate', number: true, value: one => numberIn(one.row, 'ai_visitors'), cell: one => exact(numberIn(one.row, 'ai_visitors')) },
    { key: 'share', title: 'Of arrivals', about: 'Of all entry page reads', number: true, fixed: true, value: share, cell: one => share(one) ?? '–' },
    basisColumn('referer', 'By referer', 'The referring page is one of the product'),
    basisColumn('utm', 'By utm_source', 'The referring page is none of a product, but utm_source in the address names it'),
    { key: 'landing', title: 'Top landing page', value: one => one.landing, cell: one => one.landing === null ? '–' : <span class="landing" title={one.landing}><PageText page={one.landing} several={several} /></span> },
    { key: 'reads', title: 'Reads per visit', about: 'Pages delivered to the agents of its operator for each visit from its products: an upper bound', number: true, fixed: true, value: one => one.reads, cell: one => <span class={/^\d/.test(one.reads) ? '' : 'zero'}>{one.reads}</span> },
  ]
  return <List title="Products" name="ai-products" asked={asked} columns={columns} rowKey={one => one.name} height={280} parameter="sort" />
}

function basisColumn(key: 'referer' | 'utm', title: string, about: string): SortColumn<Product> {
  return { key, title, about, number: true, value: one => one[key], cell: one => <Count value={one[key]} test={both(productTest(one.name), `referral_basis:${key}`)} of="ai_visits" /> }
}
