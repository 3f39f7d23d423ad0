/** What is known of who sent a row (docs/agents.md), put together to what one acts upon. */
export interface ProofGroup {
  readonly name: 'proven' | 'impostor' | 'unlisted' | 'not judged'
  readonly test: string
  readonly color: string
  readonly about: string
}

export const proofGroups: readonly ProofGroup[] = [
  { name: 'proven', test: 'proof:signed,address', color: '--proof-proven', about: 'A signature or the operator\'s published addresses prove it' },
  { name: 'impostor', test: 'proof:mismatch', color: '--proof-impostor', about: 'Claims an agent from outside of its operator\'s whole list' },
  { name: 'unlisted', test: 'proof:unlisted', color: '--proof-unlisted', about: 'The operator publishes no addresses: neither proven nor refuted' },
  { name: 'not judged', test: '-proof:signed,address,mismatch,unlisted', color: '--proof-unjudged', about: 'No whole list is here, or nobody is claimed' },
]

/** The value of `proof` → its group. */
export function proofGroupOf(proof: string): ProofGroup {
  const name = proof === 'signed' || proof === 'address' ? 'proven' : proof === 'mismatch' ? 'impostor' : proof === 'unlisted' ? 'unlisted' : 'not judged'
  return proofGroups.find(one => one.name === name)!
}

export interface Proofs {
  readonly proven: number
  readonly impostor: number
  readonly unlisted: number
  readonly total: number
}

/** What each group has of all, in their order. */
export function partsOf({ proven, impostor, unlisted, total }: Proofs): readonly number[] {
  return [proven, impostor, unlisted, Math.max(0, total - proven - impostor - unlisted)]
}

/** Proven of what can be judged; null where nothing can. */
export function provenShare({ proven, impostor }: Proofs): number | null {
  return proven + impostor === 0 ? null : proven / (proven + impostor)
}
