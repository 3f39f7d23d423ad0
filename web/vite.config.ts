import { defineConfig } from 'vitest/config'
import { page } from './build/page.ts'

// `npm run dev` serves the page with reload and asks a running server for data: CISTERN=http://127.0.0.1:8080 CISTERN_KEY=aa_… npm run dev
const server = process.env['CISTERN'] ?? 'http://127.0.0.1:8080'
const headers = process.env['CISTERN_KEY'] ? { 'X-API-Key': process.env['CISTERN_KEY'] } : {}

export default defineConfig({
  plugins: [page()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // Small files would become data: addresses, which the Content-Security-Policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // One sheet for the frame and all screens: it is small, and nothing waits for a second one.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        // What asks, and what draws, in one file each beside those of the screens: many small files would take as many ways to the server.
        codeSplitting: {
          groups: [
            { name: 'asks', test: /src\/(?:first\.ts|screens\/(?:load|\w+\/ask)\.ts)/, priority: 1 },
            { name: 'core', test: /node_modules|src\/(?:api|filter|format|state)\/|preload-helper/, priority: 2 },
            { name: 'parts', test: /src\/(?:parts|shell)\// },
          ],
        },
      },
    },
  },
  // Tests read style sheets as they are.
  test: { css: true },
  server: { proxy: { '/api': { target: server, headers }, '/v1': server } },
})
