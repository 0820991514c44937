const configReloadPort = 9191;
export const exporterPort = 9187;
const backupPort = 9188;
export const logshipPort = 9189;
export const auditUploadPort = 9190;

/** Ports of the agents, one in each container, in the order in which their containers start. */
export const separatePorts = [configReloadPort, exporterPort, backupPort, logshipPort, auditUploadPort];
