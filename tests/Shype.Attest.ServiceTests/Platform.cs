using System.Runtime.Versioning;

// Service tests start Linux programs and look at file modes.
[assembly: SupportedOSPlatform("linux")]
