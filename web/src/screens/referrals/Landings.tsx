import type { Asked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { Count } from '../../parts/Rows'
import type { SortColumn } from '../../parts/SortTable'
import { pageTest, severalHosts } from '../../parts/pages/lines'
import { PageName } from '../../parts/pages/PageName'
import { List } from '../../parts/pages/List'
import type { Landing } from './products'

const first = 15
const productsAcross = 6

/** The pages that visits came to, by product. */
export function Landings({ asked, products }: { asked: Asked<readonly Landing[]>; products: readonly string[] }) {
  const several = severalHosts((asked.data ?? []).map(one => one.page))
  const columns: SortColumn<Landing>[] = [
    { key: 'page', title: 'Page', value: one => one.page, cell: one => <PageName page={one.page} several={several} /> },
    { key: 'visits', title: 'All', number: true, value: one => one.visits, cell: one => <Count value={one.visits} test={pageTest(one.page)} of="ai_visits" /> },
    ...products.slice(0, productsAcross).map((name): SortColumn<Landing> => ({
      key: name, title: name, number: true, value: one => one.by.get(name) ?? 0,
      cell: one => <Count value={one.by.get(name) ?? 0} test={both(pageTest(one.page), testOf('ai_source', name))} of="ai_visits" />,
    })),
  ]
  return (
    <List title="Landing pages" name="landing-pages" asked={asked} columns={columns} rowKey={one => one.page} height={first * 32 + 40} parameter="landing" first={first} />
  )
}
