import { createRoot } from 'react-dom/client'
import './shell/tokens.css'
import './shell/base.css'
import './shell/controls.css'
import { App } from './shell/app.tsx'

createRoot(document.getElementById('root')!).render(<App />)
