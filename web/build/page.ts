import type { HtmlTagDescriptor, Plugin } from 'vite'
import { frame } from './frame.ts'

/** Puts into index.html what lets it paint early: the frame, the script before the first paint, and a hint that the program will be needed. */
export function page(): Plugin {
  let building = false
  return {
    name: 'cistern-page',
    configResolved(config) {
      building = config.command === 'build'
    },
    buildStart() {
      if (building) this.emitFile({ type: 'chunk', id: 'src/early.ts', name: 'early' })
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const address = (name: string) => {
          const chunk = Object.values(bundle ?? {}).find(one => one.type === 'chunk' && one.name === name)
          if (chunk === undefined) throw new Error(`there is no chunk ${name}`)
          if (name === 'early' && chunk.type === 'chunk' && (chunk.imports.length > 0 || chunk.exports.length > 0)) throw new Error('early.ts is no module: it can neither import nor export')
          return `/${chunk.fileName}`
        }
        const early = bundle ? `<script src="${address('early')}"></script>` : '<script type="module" src="/src/early.ts"></script>'
        // What every screen needs: asked for piece by piece it would come late. The screen's own code is asked for when it is known which.
        const program = Object.values(bundle ?? {}).filter(one => one.type === 'chunk' && ['asks', 'parts', 'start'].includes(one.name))
          .map((one): HtmlTagDescriptor => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${one.fileName}` }, injectTo: 'head' }))
        return { html: html.replace('<!-- early -->', early).replace('<!-- frame -->', frame()), tags: program }
      },
    },
  }
}
