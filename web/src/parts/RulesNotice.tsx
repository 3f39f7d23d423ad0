import type { Meta } from '../api/client'
import { percent } from '../format/numbers'
import { Link } from '../shell/Link'
import { Icon } from './Icon'

/** Says that rows of the range still carry what earlier rules made of them. */
export function RulesNotice({ meta }: { meta: Meta | undefined }) {
  const share = meta?.rules
  if (share === undefined || share >= 1) return null
  // 99.97 % is not all.
  const shown = percent(Math.floor(share * 1000) / 1000)
  return (
    <p class="panel rules-notice" role="status">
      <Icon name="warning" /><span>{shown} of these rows are classified by the rules in force. <Link screen="setup">Setup</Link> › classify again brings the others up to date.</span>
    </p>
  )
}
