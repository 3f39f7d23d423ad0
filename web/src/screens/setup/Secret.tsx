import { Copy } from '../../parts/Copy'
import { Visible } from '../../parts/Visible'
import type { Made } from './keys'

/** The secret of a new key, once. */
export function Secret({ made }: { made: Made }) {
  return (
    <div class="secret" role="status">
      <p><b>The key <Visible text={made.key.name} /> is made.</b> This is the only time that its secret is shown; the server keeps a hash of it.</p>
      <div class="copy-line"><code>{made.secret}</code><Copy text={made.secret} class="primary" label="Copy the key" /></div>
    </div>
  )
}
