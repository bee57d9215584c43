export type { Address, AddressOf, ClusterAddress, S3Address, ServiceName } from './addresses.ts'
export type { PrivateService } from './services.ts'
export { privateService, service, stopServices } from './services.ts'
