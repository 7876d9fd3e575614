// What the rest of the extension knows of the server.
export { Server, type ServerState } from './server';
