// What the rest of the extension knows of the server.
export { Agents } from './agents';
export { Server, type ServerState } from './server';
export { Setup } from './setup';
