using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace DurableQueue.Tests;

/// <summary>Writes what an assembly shows to others, one line per member, in an order that depends on names alone.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(int)] = "int", [typeof(long)] = "long",
        [typeof(double)] = "double", [typeof(string)] = "string", [typeof(object)] = "object",
    };

    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(text.Length == 0 ? "" : "\n").Append(Head(type)).Append('\n');
            foreach (var member in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        var name = $"{type.Namespace}.{Name(type)}";
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"delegate {Returned(invoke)} {name}({Parameters(invoke)})";
        }

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        string?[] bases =
        [
            type.IsEnum ? Name(Enum.GetUnderlyingType(type)) : null,
            type.BaseType is { } ancestor && ancestor != typeof(object) && ancestor != typeof(ValueType) && ancestor != typeof(Enum) ? Name(ancestor) : null,
            .. type.GetInterfaces().Except(inherited).Select(implemented => Name(implemented)).Order(StringComparer.Ordinal),
        ];
        var list = string.Join(", ", bases.OfType<string>());
        return $"{Kind(type)} {name}{(list.Length == 0 ? "" : $" : {list}")}{Constraints(type.GetGenericArguments())}";
    }

    private static string Constraints(Type[] parameters) => string.Concat(parameters.Select(parameter =>
    {
        var flags = parameter.GenericParameterAttributes;
        string?[] all =
        [
            flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? "class" : null,
            flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint) ? "struct" : null,
            flags.HasFlag(GenericParameterAttributes.Contravariant) ? "in" : null,
            flags.HasFlag(GenericParameterAttributes.Covariant) ? "out" : null,
            .. parameter.GetGenericParameterConstraints().Select(constraint => Name(constraint)).Order(StringComparer.Ordinal),
        ];
        var list = string.Join(", ", all.OfType<string>());
        return list.Length == 0 ? "" : $" where {parameter.Name} : {list}";
    }));

    private static string Kind(Type type)
    {
        var record = type.GetMethod("PrintMembers", Declared) is not null ? "record " : "";
        return type switch
        {
            { IsInterface: true } => "interface",
            { IsEnum: true } => type.IsDefined(typeof(FlagsAttribute)) ? "flags enum" : "enum",
            { IsValueType: true } => $"{(type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "")}{record}struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => $"abstract {record}class",
            { IsSealed: true } => $"sealed {record}class",
            _ => $"{record}class",
        };
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type)
                .Select(name => $"{Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture):D3} {name}");
        }

        return typeof(Delegate).IsAssignableFrom(type)
            ? []
            :
            [
                .. type.GetConstructors(Declared).Where(IsShown).Select(constructor => $"new({Parameters(constructor)})"),
                .. type.GetFields(Declared).Where(field => (field.IsPublic || field.IsFamily) && IsWritten(field)).Select(Field),
                .. type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsVisible) && IsWritten(property)).Select(Property),
                .. type.GetEvents(Declared).Where(member => member.AddMethod is { } add && IsVisible(add)).Select(member => $"event {Name(member.EventHandlerType!)} {member.Name}"),
                .. type.GetMethods(Declared).Where(method => IsShown(method) && !IsAccessor(method)).Select(Method),
            ];
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsShown(MethodBase method) => IsVisible(method) && IsWritten(method);

    /// <summary>What a record has by being one is said by its kind.</summary>
    private static bool IsWritten(MemberInfo member) =>
        !member.IsDefined(typeof(CompilerGeneratedAttribute)) && member.Name != "EqualityContract";

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string Field(FieldInfo field)
    {
        var kind = field.IsLiteral ? "const " : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}";
        var value = field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "";
        return $"{kind}{Name(field.FieldType, new NullabilityInfoContext().Create(field))} {field.Name}{value}";
    }

    private static string Property(PropertyInfo property)
    {
        var accessor = property.GetAccessors(nonPublic: true).First(IsVisible);
        var index = property.GetIndexParameters();
        var setter = property.SetMethod is { } set && IsVisible(set)
            ? set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;"
            : "";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        return $"{(accessor.IsStatic ? "static " : "")}{required}{Name(property.PropertyType, new NullabilityInfoContext().Create(property))} {name} {{ get;{setter} }}";
    }

    private static string Method(MethodInfo method)
    {
        var arguments = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(type => type.Name))}>" : "";
        var kind = method switch
        {
            { IsStatic: true } => "static ",
            { IsAbstract: true, DeclaringType.IsInterface: false } => "abstract ",
            { IsVirtual: true, IsFinal: false, DeclaringType: { IsInterface: false, IsSealed: false } } => "virtual ",
            _ => "",
        };
        return $"{kind}{Returned(method)} {method.Name}{arguments}({Parameters(method)}){Constraints(method.GetGenericArguments())}";
    }

    private static string Returned(MethodInfo method) => Name(method.ReturnType, new NullabilityInfoContext().Create(method.ReturnParameter));

    private static string Parameters(MethodBase method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return extension + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var before = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "";
        var after = parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue)}" : "";
        return $"{before}{Name(parameter.ParameterType, new NullabilityInfoContext().Create(parameter))} {parameter.Name}{after}";
    }

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return $"{Name(value)}?";
        }

        var mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        }

        if (type.IsByRef)
        {
            return $"ref {Name(type.GetElementType()!)}";
        }

        var name = Keywords.GetValueOrDefault(type, type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name);
        if (!type.IsGenericType)
        {
            return name + mark;
        }

        var arguments = type.GetGenericArguments()
            .Select((argument, index) => Name(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(index)));
        return $"{name.Split('`')[0]}<{string.Join(", ", arguments)}>{mark}";
    }
}
