/** What no log can tell, in short. */
export function BlindSpots() {
  return (
    <section class="panel">
      <header class="panel-head"><h2>What cannot be seen</h2></header>
      <div class="panel-body blind">
        <p><b>AI answers within a search engine or a network</b> send its host and not an AI product's: Google's AI Overviews and AI Mode, Copilot in Bing, Grok in X.</p>
        <p><b>Apps</b> send no referring page at all. Only ChatGPT marks its links by itself, with <code>utm_source=chatgpt.com</code>.</p>
        <p>So visits and their share are <b>lower bounds</b>, and reads per visit is an <b>upper bound</b>.</p>
      </div>
    </section>
  )
}
