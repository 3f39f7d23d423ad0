import { perOne } from '../../format/numbers'

/** Reads for each visit in words, from the measure `reads_per_visit`, which the server does not give under ten visits. */
export function perVisit(visits: number, ratio: number | null): string {
  return visits === 0 ? 'no visits' : ratio === null ? 'too few' : perOne(ratio)
}
