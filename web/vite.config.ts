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
  },
  // Tests read style sheets as they are.
  test: { css: true },
  server: { proxy: { '/api': { target: server, headers }, '/v1': server } },
})
