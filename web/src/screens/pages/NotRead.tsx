import type { Scope } from '../../api/scope'
import { Empty } from '../../parts/States'
import { askPages, daysBefore, moment } from '../../parts/pages/ask'
import { countColumn, momentColumn, pageColumn } from '../../parts/pages/columns'
import { liveDays, lookBackDays } from './freshness'
import { Oldest } from '../../parts/pages/Oldest'
import { PageList } from '../../parts/pages/PageList'

const staleDays = 14
const measures = ['human_delivered_reads', 'ai_visits', 'delivered_page_reads', 'last_search_read', 'last_training_read', 'last_live_read']

/** Pages that somebody got lately, and that no crawler for AI search got, or not lately. */
export function NotRead({ scope }: { scope: Scope }) {
  return (
    <>
      <Oldest days={lookBackDays} scope={scope} />
      <Missed scope={scope} title="Never read by AI search" name="never-read" having="-last_search_read:*"
        nothing={`Each page that somebody got in the last ${liveDays} days was read by AI search in the last ${lookBackDays}, or there is none.`} />
      <Missed scope={scope} title={`Not read by AI search for more than ${staleDays} days`} name="stale" having={`last_search_read<${moment(scope, staleDays)}`}
        nothing={`What AI search reads at all, it has read in the last ${staleDays} days.`} />
    </>
  )
}

function Missed({ scope, title, name, having, nothing }: { scope: Scope; title: string; name: string; having: string; nothing: string }) {
  const range = daysBefore(scope, lookBackDays)
  return (
    <PageList title={title} name={name} scope={scope} usual="-human_delivered_reads" first={10} height={200}
      ask={(list, signal) => askPages(scope, list, { measures, from: range.from, having: `last_live_read>=${moment(scope, liveDays)} ${having}` }, signal)}
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
