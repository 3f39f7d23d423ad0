import './report.css'

export function Report() {
  return <div class="report" />
}
