import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where a studio runs that answers /api while this one is developed: ESPALIER_URL=http://127.0.0.1:PORT npm run studio:dev. */
const server = process.env.ESPALIER_URL ?? 'http://127.0.0.1:4173'

export default defineConfig(({ command }) => {
  // What is built is what is published, whoever builds it: a test run would have its sources' names in it.
  if (command === 'build') process.env.NODE_ENV = 'production'
  return {
    root: import.meta.dirname,
    plugins: [react()],
    build: {
      outDir: '../dist/studio',
      emptyOutDir: true,
      target: 'es2023',
      // The oldest that know light-dark(), which the tokens are made of.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      // Fonts and marks stay files of their own: the page's policy allows nothing inline.
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      modulePreload: { polyfill: false },
    },
    worker: { format: 'es' },
    server: { proxy: { '/api': { target: server, changeOrigin: true, headers: { origin: server } } } },
  }
})
