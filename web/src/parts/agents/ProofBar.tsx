import { compact, exact, percent } from '../../format/numbers'
import { Link } from '../../shell/Link'
import { both } from '../../filter/terms'
import { useParam } from '../../state/url'
import { partsOf, proofGroups, type Proofs, provenShare } from './proofs'
import { Strip } from '../Strip'
import './agents.css'

/** What part of the requests is proven, false, or neither: a bar, and the figures in words. `test` lets through the rows that it is of. */
export function ProofBar({ proofs, test }: { proofs: Proofs; test: string }) {
  const q = useParam('q') ?? ''
  const share = provenShare(proofs)
  const to = (name: string) => ({ q: both(both(q, test), proofGroups.find(one => one.name === name)!.test) })
  return (
    <span class="proof" title={partsOf(proofs).map((part, place) => `${exact(Math.round(part))} ${proofGroups[place]!.name}`).join('\n')}>
      <Strip width={42} parts={partsOf(proofs).map((count, place) => ({ count, color: proofGroups[place]!.color }))} />
      {share !== null ? <Link screen="logs" changes={to('proven')} class="figure">{percent(share)}</Link>
        : proofs.unlisted > 0 ? <Link screen="logs" changes={to('unlisted')} class="figure proof-note">unlisted</Link>
        : <span class="proof-note">not judged</span>}
      {proofs.impostor > 0 && <Link screen="logs" changes={to('impostor')} class="figure proof-false"><span aria-hidden="true">✗</span><span class="hidden-text">impostors: </span>{compact(proofs.impostor)}</Link>}
    </span>
  )
}
