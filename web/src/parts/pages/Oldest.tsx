import { qualifiers } from '../../api/status'
import { momentMs } from '../../state/range'
import { useStore } from '../../state/store'
import { at } from '../../format/times'
import type { Scope } from '../../api/scope'
import { moment } from './ask'

/** What "never" and "first" cannot know: rows from before the oldest one that is stored. */
export function Oldest({ days, scope }: { days: number; scope: Scope }) {
  const oldest = useStore(qualifiers)?.store.oldestRow
  const from = momentMs(moment(scope, days), Date.now())
  if (oldest === null || oldest === undefined || from === null || Date.parse(oldest) <= from) return null
  return <p class="qualifier">The oldest stored row is of {at(Date.parse(oldest), scope.tz, 'dayClock')}: what was read before is not known.</p>
}
