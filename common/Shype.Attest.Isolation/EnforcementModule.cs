using System.Collections.Immutable;

namespace Shype.Attest.Isolation;

/// <summary>What keeps VMs apart on a host, and what it can and cannot promise. Only a module that enforces labels supports the word "enforced".</summary>
/// <param name="Name">Its name, as the hypervisor or the kernel has it.</param>
/// <param name="EnforcesLabels">Whether it decides by labels of a policy that can be measured.</param>
/// <param name="Guarantees">What holds while it is in force.</param>
/// <param name="Leaves">What it does not keep anybody from.</param>
public sealed record EnforcementModule(string Name, bool EnforcesLabels, ImmutableArray<string> Guarantees, ImmutableArray<string> Leaves)
{
    /// <summary>Xen without a security module, or with its stand-in.</summary>
    public static EnforcementModule Dummy { get; } = new(
        "dummy",
        false,
        ["a page of memory is reachable only for the domain that its owner named in a grant", "control operations are for the control domain"],
        ["any two domains that agree may share memory and events: labels in a configuration mean nothing"]);

    /// <summary>Xen's SILO.</summary>
    public static EnforcementModule Silo { get; } = new(
        "silo",
        false,
        ["unprivileged domains share no memory and no events with each other, only with the control domain"],
        ["there are no labels: it cannot tell which domains belong together", "what passes through the control domain"]);

    /// <summary>Xen's FLASK, enforcing.</summary>
    public static EnforcementModule Flask { get; } = new(
        "flask",
        true,
        ["memory, events, devices and control operations between domains are as the policy's types, booleans and constraints allow"],
        ["disks, network and bridges behind a driver domain: they have no labels here", "which domains may run at the same time"]);

    /// <summary>Xen's FLASK where it only logs, is off, or waits for a policy.</summary>
    public static EnforcementModule FlaskNotEnforcing { get; } = new(
        "flask, not enforcing",
        false,
        [],
        ["nothing is denied: what the policy forbids is at most logged"]);

    /// <summary>sHype's access control module in Xen up to 4.1.</summary>
    public static EnforcementModule Acm { get; } = new(
        "acm",
        true,
        ["memory and events only between domains with a common Type Enforcement type", "no two domains of one conflict set at the same time"],
        ["grant copy and transfer, disks and network: they pass by its hooks"]);

    /// <summary>SELinux with libvirt's sVirt: every VM's process has a pair of categories of its own.</summary>
    public static EnforcementModule Svirt { get; } = new(
        "svirt",
        true,
        ["a VM's process opens no image, memory or process of a VM with another pair of categories"],
        ["it is as strong as the Linux kernel: there is no hypervisor below that decides", "images that are shared on purpose carry no categories", "network traffic between VMs"]);

    /// <summary>
    /// What Xen's command line and the module that was built in as default say is in force. The last word on each option counts; a word that is not known
    /// is taken as enforcing nothing.
    /// </summary>
    public static EnforcementModule OfXen(string commandLine, string builtIn)
    {
        ArgumentNullException.ThrowIfNull(commandLine);
        ArgumentNullException.ThrowIfNull(builtIn);
        var options = commandLine.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return Last(options, "xsm=", builtIn) switch
        {
            "silo" => Silo,
            "flask" => Last(options, "flask=", "enforcing") == "enforcing" ? Flask : FlaskNotEnforcing,
            _ => Dummy,
        };
    }

    /// <summary>Whether a SELinux label is one that sVirt gave to a VM: its type, and exactly two categories of the lowest level.</summary>
    public static bool IsSvirtLabel(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        return label.Split(':') is [_, _, "svirt_t" or "svirt_tcg_t" or "svirt_kvm_net_t", "s0", var categories]
            && categories.Split(',') is [var one, var other]
            && Category(one) is { } first && Category(other) is { } second && first != second;
    }

    private static string Last(string[] options, string name, string otherwise) =>
        options.LastOrDefault(option => option.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? otherwise;

    private static int? Category(string text) =>
        text is ['c', .. var digits] && digits.Length is >= 1 and <= 4 && digits.All(char.IsAsciiDigit) ? int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) : null;
}
