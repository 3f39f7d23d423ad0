import { signalOf } from '../screens/logs/signals'
import { signalAt } from '../state/screens'
import type { View } from '../state/url'

/** What the filter of a screen has to know of its signal. */
export interface FilterSignal {
  readonly name: string
  /** The measure by which it counts rows. */
  readonly count: string
  /** The map of fields that nobody knew before; empty if it has none. */
  readonly map: string
  readonly example: string
  readonly hosts: boolean
  readonly many: string
}

const metrics: FilterSignal = { name: 'metrics', count: 'points', map: 'dimensions', example: 'Filter: namespace:AWS/EC2  InstanceId:i-1*  -region:eu-west-1  "words"   ( / )', hosts: false, many: 'points' }

/** What the filter of the screen is about: its fields are completed, and it is judged by them. */
export function filterSignal({ screen, params }: View): FilterSignal {
  const name = signalAt(screen, params.get('signal'))
  return name === 'metrics' ? metrics : signalOf(name)
}
