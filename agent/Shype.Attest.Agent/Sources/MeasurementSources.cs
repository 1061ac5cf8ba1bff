using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Hosts.Libvirt;
using Shype.Attest.Agent.Hosts.Xen;

namespace Shype.Attest.Agent.Sources;

/// <summary>Chooses who is asked what runs here.</summary>
public static class MeasurementSources
{
    /// <summary>The source of these settings, or of this host.</summary>
    /// <exception cref="AgentException">No manifest is named, and this is a host of none of the hypervisors.</exception>
    public static IMeasurementSource Choose(AgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options switch
        {
            { Manifest: { } manifest } => new ManifestSource(manifest),
            { Source: SourceKind.Xen } => new XenSource(options),
            { Source: SourceKind.Libvirt } => new LibvirtSource(options),
            _ when XenSource.IsHere(options.Host) => new XenSource(options),
            _ when LibvirtSource.IsHere(options.Host) => new LibvirtSource(options),
            _ => throw new AgentException(
                ExitCode.Usage, $"no 'manifest' is named, {options.Host.Sys}/hypervisor tells of no Xen domain 0, and there is no {options.Host.Virsh}: nobody can say what runs here"),
        };
    }
}
