import './pages.css'

export function Pages() {
  return <div class="pages" />
}
