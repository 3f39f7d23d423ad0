import './referrals.css'

export function Referrals() {
  return <div class="referrals" />
}
