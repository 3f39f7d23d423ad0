import type { Scope } from '../../api/scope'
import { Empty } from '../../parts/States'
import { daysBefore } from '../../parts/pages/ask'
import { countColumn, momentColumn, pageColumn } from '../../parts/pages/columns'
import { askMissed, liveDays, lookBackDays, neverRead, notReadLately, staleDays } from './ask'
import { Oldest } from '../../parts/pages/Oldest'
import { PageList } from '../../parts/pages/PageList'

/** Pages that somebody got lately, and that no crawler for AI search got, or not lately. */
export function NotRead({ scope }: { scope: Scope }) {
  return (
    <>
      <Oldest days={lookBackDays} scope={scope} />
      <Missed scope={scope} title="Never read by AI search" list={neverRead}
        nothing={`Each page that somebody got in the last ${liveDays} days was read by AI search in the last ${lookBackDays}, or there is none.`} />
      <Missed scope={scope} title={`Not read by AI search for more than ${staleDays} days`} list={notReadLately}
        nothing={`What AI search reads at all, it has read in the last ${staleDays} days.`} />
    </>
  )
}

function Missed({ scope, title, list, nothing }: { scope: Scope; title: string; list: typeof neverRead | typeof notReadLately; nothing: string }) {
  const range = daysBefore(scope, lookBackDays)
  return (
    <PageList title={title} name={list.name} scope={scope} usual={list.usual} first={list.first} height={200}
      ask={(asked, signal) => askMissed(scope, list, asked, signal)}
      columns={lines => [
        pageColumn(lines),
        countColumn('People', 'human_delivered_reads', 'Delivered to browser-like clients', range),
        countColumn('AI visits', 'ai_visits', 'People who came from an AI product', range),
        countColumn('Agent reads', 'delivered_page_reads', 'Delivered to AI agents of all classes', range),
        momentColumn('Last search', 'last_search_read', 'search_reads', 'Last delivered to a crawler for AI search', range),
        momentColumn('Last training', 'last_training_read', 'training_reads', 'Last delivered to a crawler for training', range),
        momentColumn('Last delivered', 'last_live_read', 'live_reads', 'Last delivered to anyone', range),
      ]}
      note={() => <p class="note">Somebody got these pages in the last {liveDays} days. The figures are of the last {lookBackDays}, whatever range is chosen.</p>}
      nothing={<Empty title="None"><p>{nothing}</p></Empty>} />
  )
}
